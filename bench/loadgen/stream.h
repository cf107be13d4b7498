// One client: an event stream over HTTP/1.1, or a WebSocket.
#ifndef STREAM_H
#define STREAM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http.h"

enum { STREAM = 1, PUSHER = 2 }; // first member of whatever epoll knows
enum { ID_BYTES = 64 };

typedef struct {
    int kind;
    int fd; // -1: ended
    uint32_t index;
    enum { DIALLING, READING_HEAD, FLOWING } state;
    bool websocket;
    bool open; // it flows, and has told its id if ids are asked for
    bool chunked;
    chunks chunks;
    char *kept; // bytes of an event that is not complete yet
    size_t kept_bytes, kept_room;
    uint64_t started_ns;
    int tries;
    uint64_t try_again_ns; // 0: it needn't
    char id[ID_BYTES]; // what the server calls it; empty until it said so
    uint32_t pending;  // newest message on the way to it, see pushes.c
} stream;

// What a stream was given. `event` is NULL for a message, else the name of a control event.
typedef void (*on_event)(stream *s, const char *event, size_t event_bytes, const char *data, size_t data_bytes);

// Reads what is there. False: the stream has ended; `why` says how.
bool stream_read(stream *s, on_event told, const char **why);

// The connection id of a control event's JSON data; false when it has none.
bool connection_id_of(const char *data, size_t bytes, char id[ID_BYTES]);

// A non-blocking connection to the loopback address, or -1.
int dial(int port);
#endif
