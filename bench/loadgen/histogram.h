// Counts of durations, exact to 1/64 of their value: 64 buckets for each power of two nanoseconds.
#ifndef HISTOGRAM_H
#define HISTOGRAM_H
#include <stdint.h>
#include <string.h>

enum { STEPS_LOG2 = 6, STEPS = 1 << STEPS_LOG2, POWERS = 40, BUCKETS = STEPS * POWERS };

typedef struct {
    uint64_t counts[BUCKETS];
    uint64_t total;
    uint64_t largest;
} histogram;

static inline void histogram_clear(histogram *h) { memset(h, 0, sizeof *h); }

// Below 64 ns a bucket is one nanosecond wide; longer than 2^44 ns falls into the last one.
static inline int histogram_bucket(uint64_t ns) {
    if (ns < STEPS) return (int)ns;
    int power = 63 - __builtin_clzll(ns);
    int shift = power - STEPS_LOG2;
    int bucket = (shift + 1) * STEPS + (int)((ns >> shift) - STEPS);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static inline uint64_t histogram_upper_end(int bucket) {
    if (bucket < STEPS) return (uint64_t)bucket;
    int shift = bucket / STEPS - 1;
    return (((uint64_t)(bucket % STEPS) + STEPS + 1) << shift) - 1;
}

static inline void histogram_add(histogram *h, uint64_t ns) {
    h->counts[histogram_bucket(ns)]++;
    h->total++;
    if (ns > h->largest) h->largest = ns;
}

// The smallest bound under which `share` (0..1) of all durations lie, in microseconds; -1 without any.
static inline double histogram_us(const histogram *h, double share) {
    if (!h->total) return -1;
    uint64_t wanted = (uint64_t)(share * (double)h->total + 0.999999), seen = 0;
    if (wanted < 1) wanted = 1;
    for (int i = 0; i < BUCKETS; i++) {
        seen += h->counts[i];
        if (seen >= wanted) {
            uint64_t bound = histogram_upper_end(i);
            return (double)(bound < h->largest ? bound : h->largest) / 1000.0;
        }
    }
    return (double)h->largest / 1000.0;
}
#endif
