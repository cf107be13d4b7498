// A keep-alive connection on which requests are pushed, one at a time.
#ifndef PUSHER_H
#define PUSHER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http.h"

enum { ANSWER_BYTES = 16384 };

typedef struct {
    int kind;
    int fd;
    int port;
    bool busy;     // its message is on its way
    bool answered; // and the answer to it has come
    uint32_t current;
    char answer[ANSWER_BYTES];
    size_t answer_bytes;
    bool must_redial;
} pusher;

// Waits until it is connected. Ends the program when it can't be.
void pusher_dial(pusher *p, int epoll);
void pusher_hang_up(pusher *p);

// Writes the whole request. Ends the program when the kernel takes only a part: with one request on a connection at a
// time there is always room.
void pusher_send(pusher *p, int epoll, const char *request, size_t bytes);

// The status of the answer once it is complete; 0: not yet; -1: the connection ended, or what came is no HTTP.
int pusher_read(pusher *p);
#endif
