#include "records.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[8] = "SSEREQ1";
enum { HEADER_BYTES = 16, NUMBER_DIGITS = 10 };

static void unusable(const char *path, const char *why) {
    fprintf(stderr, "%s: %s\n", path, why);
    exit(2);
}

records records_open(const char *path) {
    int fd = open(path, O_RDONLY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0) unusable(path, "can't be opened");
    records r = {.size = (size_t)status.st_size};
    if (r.size < HEADER_BYTES) unusable(path, "is too short for a file of requests");
    r.file = mmap(NULL, r.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    close(fd);
    if (r.file == MAP_FAILED) unusable(path, "can't be mapped");
    if (memcmp(r.file, MAGIC, sizeof MAGIC)) unusable(path, "is no file of requests");
    memcpy(&r.count, r.file + 8, 4);
    memcpy(&r.first, r.file + 12, 4);
    r.index = (const record *)(r.file + HEADER_BYTES);
    if (r.size < HEADER_BYTES + (size_t)r.count * sizeof(record)) unusable(path, "is cut off");
    for (uint32_t i = 0; i < r.count; i++) {
        uint64_t end = r.index[i].request_bytes, payload_end = (uint64_t)r.index[i].payload_offset + r.index[i].payload_bytes;
        if (payload_end > end) end = payload_end;
        if (r.index[i].offset + end > r.size) unusable(path, "has a request that lies outside of it");
    }
    return r;
}

void records_close(records *r) {
    munmap((void *)r->file, r->size);
    memset(r, 0, sizeof *r);
}

int64_t payload_number(const char *data, size_t bytes) {
    static const char prefix[] = "{\"n\":\"";
    if (bytes < sizeof prefix - 1 + NUMBER_DIGITS || memcmp(data, prefix, sizeof prefix - 1)) return -1;
    int64_t number = 0;
    for (const char *p = data + sizeof prefix - 1, *end = p + NUMBER_DIGITS; p < end; p++) {
        if (*p < '0' || *p > '9') return -1;
        number = number * 10 + (*p - '0');
    }
    return number;
}
