#define _GNU_SOURCE
#include "http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool value_has(const char *value, size_t bytes, const char *word) {
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= bytes; i++)
        if (!strncasecmp(value + i, word, length)) return true;
    return false;
}

static void field(head *h, const char *line, size_t bytes) {
    const char *colon = memchr(line, ':', bytes);
    if (!colon) return;
    size_t name = (size_t)(colon - line);
    const char *value = colon + 1, *end = line + bytes;
    while (value < end && *value == ' ') value++;
    size_t length = (size_t)(end - value);
    if (name == 14 && !strncasecmp(line, "content-length", 14)) h->content_length = strtol(value, NULL, 10);
    if (name == 17 && !strncasecmp(line, "transfer-encoding", 17)) h->chunked = value_has(value, length, "chunked");
    if (name == 10 && !strncasecmp(line, "connection", 10)) h->closes = value_has(value, length, "close");
    if (name == 12 && !strncasecmp(line, "content-type", 12)) {
        if (length >= sizeof h->content_type) length = sizeof h->content_type - 1;
        memcpy(h->content_type, value, length);
        h->content_type[length] = 0;
    }
}

long head_parse(head *h, const char *data, size_t bytes) {
    const char *end = memmem(data, bytes, "\r\n\r\n", 4);
    if (!end) return bytes >= 9 && memcmp(data, "HTTP/1.1 ", 9) ? -1 : 0;
    if (memcmp(data, "HTTP/1.1 ", 9)) return -1;
    *h = (head){.status = atoi(data + 9), .content_length = -1};
    const char *line = memmem(data, bytes, "\r\n", 2) + 2;
    while (line < end + 2) {
        const char *next = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
        field(h, line, (size_t)(next - line));
        line = next + 2;
    }
    return end + 4 - data;
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static void size_line_ended(chunks *c) {
    c->state = c->left ? CHUNK_DATA : CHUNK_TRAILER;
    c->digits = c->trailer_bytes = 0;
}

size_t chunks_decode(chunks *c, const char *in, size_t bytes, char *out) {
    size_t written = 0;
    const char *end = in + bytes;
    while (in < end && c->state < CHUNKS_DONE) {
        if (c->state == CHUNK_DATA) {
            size_t part = (size_t)(end - in) < c->left ? (size_t)(end - in) : c->left;
            if (out) memcpy(out + written, in, part);
            written += part;
            in += part;
            c->left -= part;
            if (!c->left) c->state = CHUNK_END;
            continue;
        }
        char byte = *in++;
        switch (c->state) {
        case CHUNK_SIZE:
            if (hex(byte) >= 0 && c->digits < 8) {
                c->left = c->left * 16 + (size_t)hex(byte);
                c->digits++;
            } else if (!c->digits)
                c->state = CHUNKS_BROKEN;
            else if (byte == '\n')
                size_line_ended(c);
            else if (byte == ';' || byte == '\r' || byte == ' ')
                c->state = CHUNK_EXTENSION;
            else
                c->state = CHUNKS_BROKEN;
            break;
        case CHUNK_EXTENSION:
            if (byte == '\n') size_line_ended(c);
            break;
        case CHUNK_END:
            if (byte == '\n')
                c->state = CHUNK_SIZE;
            else if (byte != '\r')
                c->state = CHUNKS_BROKEN;
            break;
        case CHUNK_TRAILER: // fields until an empty line
            if (byte == '\n') {
                if (!c->trailer_bytes) c->state = CHUNKS_DONE;
                c->trailer_bytes = 0;
            } else if (byte != '\r')
                c->trailer_bytes++;
            break;
        default:
            break;
        }
    }
    return written;
}
