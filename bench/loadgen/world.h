// What all commands share: the streams, and the loop that reads them.
#ifndef WORLD_H
#define WORLD_H
#include <stdbool.h>
#include <stdint.h>

#include "pusher.h"
#include "stream.h"

typedef struct {
    int epoll;
    stream *streams;
    uint32_t count;
    uint32_t flowing; // streams that are open
    uint32_t ended; // streams that ended by themselves
    char last_end[96];
    uint32_t surprises; // control events that nobody asked for, such as a gap
    char last_surprise[96];
    uint64_t busy_ns; // time spent on what was there, not on waiting
    uint64_t read_ns; // when the socket being read was found readable
} world;

extern world w;

// Set by the command that runs.
extern void (*message_handler)(stream *s, const char *data, size_t bytes);
extern void (*answer_handler)(pusher *p, int status);
extern void (*writable_handler)(stream *s);
extern void (*opened_handler)(stream *s);
extern void (*ended_handler)(stream *s);

// Handles everything that is ready; waits at most `timeout_ms` for something to be. Returns how much was ready.
int world_turn(int timeout_ms);

void stream_end(stream *s, const char *why);

// The value of `name=` on a command line, or `fallback`.
const char *option(const char *line, const char *name, const char *fallback);
double number_option(const char *line, const char *name, double fallback);

void command_open(const char *line);
void command_push(const char *line);
#endif
