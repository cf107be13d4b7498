// Requests that were made before the run, in a mapped file. bench/records.py writes it and describes it.
#ifndef RECORDS_H
#define RECORDS_H
#include <stddef.h>
#include <stdint.h>

#define EVERY_STREAM UINT32_MAX

typedef struct {
    uint64_t offset; // of the request in the file
    uint32_t request_bytes;
    uint32_t payload_offset; // from `offset`: what a stream must receive, byte for byte
    uint32_t payload_bytes;
    uint32_t target; // index of the stream, or EVERY_STREAM
} record;

typedef struct {
    const char *file;
    size_t size;
    const record *index;
    uint32_t count;
    uint32_t first; // number of the first message; the others follow
} records;

// Ends the program with a sentence when the file is not what it should be.
records records_open(const char *path);
void records_close(records *r);

static inline const char *records_request(const records *r, uint32_t i) { return r->file + r->index[i].offset; }
static inline const char *records_payload(const records *r, uint32_t i) {
    return r->file + r->index[i].offset + r->index[i].payload_offset;
}

// Payloads begin with {"n":"0123456789", of which this is the number; -1 when they don't.
int64_t payload_number(const char *data, size_t bytes);
#endif
