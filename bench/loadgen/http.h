// As much of an HTTP/1.1 client as a load generator needs: heads, and chunked bodies.
#ifndef HTTP_H
#define HTTP_H
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    int status;
    bool chunked;
    bool closes;
    long content_length; // -1: not told
    char content_type[64];
} head;

// The size of the head that `data` begins with, blank line included; 0: not all there yet; -1: not HTTP.
long head_parse(head *h, const char *data, size_t bytes);

typedef struct {
    enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_END, CHUNK_TRAILER, CHUNKS_DONE, CHUNKS_BROKEN } state;
    size_t left;
    int digits;
    int trailer_bytes;
} chunks;

// Takes bytes off the wire and writes what they carry to `out` (NULL: nowhere); returns how much that is. Stops at the
// last chunk (CHUNKS_DONE) or at what is no chunk (CHUNKS_BROKEN).
size_t chunks_decode(chunks *c, const char *in, size_t bytes, char *out);
#endif
