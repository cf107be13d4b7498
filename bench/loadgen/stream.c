#define _GNU_SOURCE
#include "stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WIRE_BYTES = 256 * 1024, LONGEST_EVENT = 512 * 1024 };

static char wire[WIRE_BYTES];
static char text[LONGEST_EVENT + WIRE_BYTES];

int dial(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int on = 1;
    struct linger reset = {1, 0}; // no TIME_WAIT, of which ten thousand would use up the ports
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool keep(stream *s, const char *data, size_t bytes) {
    if (bytes > LONGEST_EVENT) return false;
    if (bytes > s->kept_room) {
        char *more = realloc(s->kept, bytes);
        if (!more) return false;
        s->kept = more;
        s->kept_room = bytes;
    }
    memmove(s->kept, data, bytes);
    s->kept_bytes = bytes;
    if (!bytes) { // idle streams must not make the generator large
        free(s->kept);
        s->kept = NULL;
        s->kept_room = 0;
    }
    return true;
}

// Hands out the events that `data` completes; returns how many bytes they took. Lines end with LF or CRLF: a lone CR
// stays in the data, where the comparison with what was sent finds it.
static size_t read_events(stream *s, const char *data, size_t bytes, on_event told) {
    const char *event_start = data, *end = data + bytes, *line = data;
    const char *name = NULL, *payload = NULL;
    size_t name_bytes = 0, payload_bytes = 0;
    const char *newline;
    while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
        size_t length = (size_t)(newline - line);
        if (length && line[length - 1] == '\r') length--;
        if (!length) {
            if (payload) told(s, name, name_bytes, payload, payload_bytes);
            name = payload = NULL;
            name_bytes = payload_bytes = 0;
            event_start = newline + 1;
        } else if (length >= 5 && !memcmp(line, "data:", 5)) {
            size_t skip = length > 5 && line[5] == ' ' ? 6 : 5;
            if (payload) { // no server here has a reason for a second line
                name = "several data lines";
                name_bytes = 18;
            }
            payload = line + skip;
            payload_bytes = length - skip;
        } else if (length >= 6 && !memcmp(line, "event:", 6)) {
            size_t skip = length > 6 && line[6] == ' ' ? 7 : 6;
            name = line + skip;
            name_bytes = length - skip;
        }
        line = newline + 1;
    }
    return (size_t)(event_start - data);
}

static void pong(stream *s, const char *data, size_t bytes) {
    char frame[6 + 125] = {(char)0x8a, (char)(0x80 | bytes)}; // masked with zeros
    memcpy(frame + 6, data, bytes);
    if (send(s->fd, frame, 6 + bytes, MSG_NOSIGNAL) < 0) return; // its end will be read
}

// As read_events, for the frames of a WebSocket. Fragments and binary are what no server here sends.
static long read_frames(stream *s, const char *data, size_t bytes, on_event told) {
    size_t taken = 0;
    for (;;) {
        const unsigned char *p = (unsigned char *)data + taken;
        size_t left = bytes - taken, header = 2, length;
        if (left < 2) return (long)taken;
        length = p[1] & 0x7f;
        if (p[1] & 0x80) return -1;
        if (length == 126) {
            if (left < 4) return (long)taken;
            length = (size_t)p[2] << 8 | p[3];
            header = 4;
        } else if (length == 127)
            return -1;
        if (left < header + length) return (long)taken;
        const char *payload = data + taken + header;
        if (p[0] == 0x81) {
            char id[ID_BYTES];
            bool opening = !s->id[0] && connection_id_of(payload, length, id);
            told(s, opening ? "open" : NULL, opening ? 4 : 0, payload, length);
        } else if (p[0] == 0x89 && length <= 125)
            pong(s, payload, length);
        else if (p[0] != 0x8a)
            return -1;
        taken += header + length;
    }
}

static bool flow(stream *s, const char *data, size_t bytes, on_event told, const char **why) {
    memcpy(text, s->kept, s->kept_bytes);
    size_t total = s->kept_bytes;
    if (s->chunked) {
        total += chunks_decode(&s->chunks, data, bytes, text + total);
    } else {
        memcpy(text + total, data, bytes);
        total += bytes;
    }
    long taken = s->websocket ? read_frames(s, text, total, told) : (long)read_events(s, text, total, told);
    *why = taken < 0                             ? "sent a frame that none was expected to"
           : s->chunks.state == CHUNKS_BROKEN    ? "broke its chunked coding"
           : s->chunks.state == CHUNKS_DONE      ? "ended its body"
           : !keep(s, text + taken, total - (size_t)taken) ? "sent an event without end"
                                                 : NULL;
    return *why == NULL;
}

static bool begin(stream *s, const char *data, size_t bytes, on_event told, const char **why) {
    if (s->kept_bytes + bytes > 65536) {
        *why = "sent a head without end";
        return false;
    }
    memcpy(text, s->kept, s->kept_bytes);
    memcpy(text + s->kept_bytes, data, bytes);
    bytes += s->kept_bytes;
    head h;
    long size = head_parse(&h, text, bytes);
    if (size == 0) return keep(s, text, bytes);
    bool fits = size > 0 && (s->websocket ? h.status == 101
                                          : h.status == 200 && !strncasecmp(h.content_type, "text/event-stream", 17));
    if (!fits) {
        static char answer[80];
        snprintf(answer, sizeof answer, "answered %.60s", text);
        answer[strcspn(answer, "\r\n")] = 0;
        *why = answer;
        return false;
    }
    s->chunked = h.chunked;
    s->state = FLOWING;
    s->kept_bytes = 0;
    size_t rest = bytes - (size_t)size;
    memcpy(wire, text + size, rest);
    return flow(s, wire, rest, told, why);
}

bool stream_read(stream *s, on_event told, const char **why) {
    ssize_t got = recv(s->fd, wire, sizeof wire, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) {
        *why = got ? "was reset" : "was closed";
        return false;
    }
    return s->state == FLOWING ? flow(s, wire, (size_t)got, told, why) : begin(s, wire, (size_t)got, told, why);
}

bool connection_id_of(const char *data, size_t bytes, char id[ID_BYTES]) {
    static const char name[] = "\"connectionId\"";
    const char *found = memmem(data, bytes, name, sizeof name - 1), *end = data + bytes;
    if (!found) return false;
    const char *open = memchr(found + sizeof name - 1, '"', (size_t)(end - found) - sizeof name + 1);
    if (!open) return false;
    const char *close = memchr(open + 1, '"', (size_t)(end - open - 1));
    if (!close || close - open - 1 >= ID_BYTES || close == open + 1) return false;
    memcpy(id, open + 1, (size_t)(close - open - 1));
    id[close - open - 1] = 0;
    return true;
}
