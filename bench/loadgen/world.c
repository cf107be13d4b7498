#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "world.h"

world w;
void (*message_handler)(stream *s, const char *data, size_t bytes);
void (*answer_handler)(pusher *p, int status);
void (*writable_handler)(stream *s);
void (*opened_handler)(stream *s);
void (*ended_handler)(stream *s);

static void surprise(const char *what, size_t bytes) {
    w.surprises++;
    snprintf(w.last_surprise, sizeof w.last_surprise, "%.*s", (int)bytes, what);
    for (char *c = w.last_surprise; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < 32) *c = '\'';
}

static void told(stream *s, const char *event, size_t event_bytes, const char *data, size_t bytes) {
    if (!event) {
        if (message_handler)
            message_handler(s, data, bytes);
        else
            surprise("a message before any was pushed", 31);
    } else if (event_bytes == 4 && !memcmp(event, "open", 4) && !s->id[0] && connection_id_of(data, bytes, s->id)) {
        if (opened_handler) opened_handler(s);
    } else
        surprise(event, event_bytes);
}

void stream_end(stream *s, const char *why) {
    close(s->fd);
    s->fd = -1;
    free(s->kept);
    s->kept = NULL;
    w.ended++;
    w.flowing -= s->open;
    snprintf(w.last_end, sizeof w.last_end, "stream %u %.70s", s->index, why);
    for (char *c = w.last_end; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < 32) *c = '\'';
    if (ended_handler) ended_handler(s);
}

static void stream_ready(stream *s, uint32_t events) {
    if (s->fd < 0) return;
    if (s->state == DIALLING && events & EPOLLOUT && !(events & (EPOLLERR | EPOLLHUP))) {
        writable_handler(s);
        return;
    }
    bool had_head = s->state == FLOWING, had_id = s->id[0];
    const char *why = NULL;
    if (!stream_read(s, told, &why))
        stream_end(s, why);
    else if (!had_head && s->state == FLOWING && s->id[0] == had_id && opened_handler)
        opened_handler(s);
}

int world_turn(int timeout_ms) {
    struct epoll_event ready[512];
    int count = epoll_wait(w.epoll, ready, 512, timeout_ms);
    uint64_t begin = now_ns();
    for (int i = 0; i < count; i++) {
        w.read_ns = now_ns();
        if (*(int *)ready[i].data.ptr == STREAM) {
            stream_ready(ready[i].data.ptr, ready[i].events);
        } else {
            pusher *p = ready[i].data.ptr;
            if (p->fd < 0) continue;
            int status = pusher_read(p);
            if (p->must_redial) epoll_ctl(w.epoll, EPOLL_CTL_DEL, p->fd, NULL);
            if (status && answer_handler) answer_handler(p, status);
        }
    }
    w.busy_ns += now_ns() - begin;
    return count < 0 ? 0 : count;
}

const char *option(const char *line, const char *name, const char *fallback) {
    static char value[512];
    size_t length = strlen(name);
    for (const char *word = strchr(line, ' '); word; word = strchr(word + 1, ' '))
        if (!strncmp(word + 1, name, length) && word[1 + length] == '=') {
            snprintf(value, sizeof value, "%s", word + 2 + length);
            value[strcspn(value, " \n")] = 0;
            return value;
        }
    return fallback;
}

double number_option(const char *line, const char *name, double fallback) {
    const char *value = option(line, name, NULL);
    return value ? strtod(value, NULL) : fallback;
}
