// open: dials many streams, a bounded number at a time, until each flows (and has told its id, where ids are asked for).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "clock.h"
#include "histogram.h"
#include "records.h"
#include "world.h"

enum { MOST_TRIES = 5, AGAIN_NS = 100000000 };

static struct {
    records requests;
    bool ids_are_told;
    int port;
    uint32_t failed, retried;
    histogram latency;
} opening;

static void writable(stream *s) {
    const record *r = &opening.requests.index[s->index];
    ssize_t sent = send(s->fd, records_request(&opening.requests, s->index), r->request_bytes, MSG_NOSIGNAL);
    if (sent != (ssize_t)r->request_bytes) {
        stream_end(s, "took no request");
        return;
    }
    s->state = READING_HEAD;
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = s};
    epoll_ctl(w.epoll, EPOLL_CTL_MOD, s->fd, &interest);
}

static void is_open(stream *s) {
    if (s->open) return;
    s->open = true;
    w.flowing++;
    histogram_add(&opening.latency, now_ns() - s->started_ns);
}

// Called when the head is there, and again for each control event.
static void opened(stream *s) {
    if (s->websocket && opening.ids_are_told && !s->id[0]) { // asks who it is
        const record *r = &opening.requests.index[s->index];
        if (send(s->fd, records_payload(&opening.requests, s->index), r->payload_bytes, MSG_NOSIGNAL) < 0)
            stream_end(s, "took no question");
    } else if (!opening.ids_are_told || s->id[0])
        is_open(s);
}

static void write_ids(const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(2);
    }
    for (uint32_t i = 0; i < w.count; i++) fprintf(file, "%s\n", w.streams[i].id);
    fclose(file);
}

static void try_to_open(stream *s) {
    s->tries++;
    s->state = DIALLING;
    s->fd = dial(opening.port);
    if (s->fd < 0) {
        opening.failed++;
        return;
    }
    struct epoll_event interest = {.events = EPOLLOUT, .data.ptr = s};
    epoll_ctl(w.epoll, EPOLL_CTL_ADD, s->fd, &interest);
}

// A client that was turned away, or cut off while others open, tries again a little later, as browsers do. The report
// says how often that was.
static void ended(stream *s) {
    s->open = false;
    s->id[0] = 0;
    if (s->tries == MOST_TRIES) {
        opening.failed++;
        return;
    }
    w.ended--;
    opening.retried++;
    s->kept_bytes = s->kept_room = 0;
    s->chunks = (chunks){0};
    s->try_again_ns = now_ns() + (uint64_t)s->tries * AGAIN_NS;
}

static void start(stream *s, uint32_t index, bool websocket) {
    *s = (stream){.kind = STREAM, .index = index, .websocket = websocket, .started_ns = now_ns(), .pending = UINT32_MAX};
    try_to_open(s);
}

static void try_again(uint32_t started) {
    uint64_t now = now_ns();
    for (uint32_t i = 0; i < started; i++) {
        stream *s = &w.streams[i];
        if (!s->try_again_ns || s->try_again_ns > now) continue;
        s->try_again_ns = 0;
        try_to_open(s);
    }
}

void command_open(const char *line) {
    memset(&opening, 0, sizeof opening);
    opening.requests = records_open(option(line, "requests", ""));
    const char *ids = option(line, "ids", "");
    char ids_path[512];
    snprintf(ids_path, sizeof ids_path, "%s", ids);
    opening.ids_are_told = ids_path[0];
    opening.port = (int)number_option(line, "port", 0);
    uint32_t at_once = (uint32_t)number_option(line, "at_once", 64);
    bool websocket = number_option(line, "websocket", 0) > 0;
    double patience_s = number_option(line, "patience", 60);
    w.count = opening.requests.count;
    w.flowing = w.ended = w.surprises = 0;
    free(w.streams);
    w.streams = calloc(w.count, sizeof *w.streams);
    writable_handler = writable;
    opened_handler = opened;
    ended_handler = ended;
    uint64_t begin = now_ns(), last = begin;
    uint32_t started = 0, before = 0;
    while (w.flowing + opening.failed < w.count && (double)(now_ns() - last) < patience_s * 1e9) {
        while (started < w.count && started - w.flowing - opening.failed < at_once) {
            start(&w.streams[started], started, websocket);
            started++;
        }
        world_turn(1);
        if (opening.retried) try_again(started);
        if (w.flowing + opening.failed != before) {
            before = w.flowing + opening.failed;
            last = now_ns();
        }
    }
    double seconds = (double)(now_ns() - begin) / 1e9;
    opened_handler = NULL;
    ended_handler = NULL;
    if (opening.ids_are_told) write_ids(ids_path);
    records_close(&opening.requests);
    printf("{\"open\":%u,\"failed\":%u,\"retried\":%u,\"seconds\":%.4f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"last_end\":\"%s\"}\n", w.flowing,
           w.count - w.flowing, opening.retried, seconds, histogram_us(&opening.latency, .5), histogram_us(&opening.latency, .99),
           w.last_end);
}
