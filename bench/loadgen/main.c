// A load generator for servers that push: reads commands, one a line, and answers each with one line of JSON.
//
//   open requests=FILE port=N [at_once=64] [ids=FILE] [websocket=1]    ids: each stream tells its id; written there
//   push requests=FILE port=N [outstanding=1] [rate=N] [seconds=2] [warm_up=0] [patience=5]
//   idle seconds=N                                                      reads what comes, which should be comments
//
// It has one thread, and while it pushes it never sleeps: give it a core of its own.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "clock.h"
#include "world.h"

static void command_idle(const char *line) {
    uint64_t end = now_ns() + (uint64_t)(number_option(line, "seconds", 1) * 1e9);
    w.surprises = 0;
    while (now_ns() < end) world_turn(5);
    printf("{\"flowing\":%u,\"ended_streams\":%u,\"surprises\":%u,\"last_end\":\"%s\"}\n", w.flowing, w.ended,
           w.surprises, w.ended ? w.last_end : "");
}

int main(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    w.epoll = epoll_create1(EPOLL_CLOEXEC);
    char line[2048];
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "open ", 5))
            command_open(line);
        else if (!strncmp(line, "push ", 5))
            command_push(line);
        else if (!strncmp(line, "idle ", 5))
            command_idle(line);
        else {
            fprintf(stderr, "unknown command: %s", line);
            return 2;
        }
        fflush(stdout);
    }
    return 0;
}
