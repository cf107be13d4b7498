/* Turns the wall clock of a process that preloads it: by so many seconds as the file that CHAOS_CLOCK names has, a
 * double in the byte order of the machine, at any time. The monotonic clock is the machine's. libfaketime does the same,
 * and does not start together with Redis's allocator. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *opened; /* setenv gives another address, so a forked process finds its own file */
static const double *offset;

static double turned(void) {
    const char *file = getenv("CHAOS_CLOCK");
    if (file != opened) {
        opened = file;
        offset = NULL;
        int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
        if (fd >= 0) {
            void *found = mmap(NULL, sizeof(double), PROT_READ, MAP_SHARED, fd, 0);
            if (found != MAP_FAILED) offset = found;
            close(fd);
        }
    }
    return offset ? *(const volatile double *)offset : 0.0;
}

int clock_gettime(clockid_t which, struct timespec *to) {
    int failed = (int)syscall(SYS_clock_gettime, which, to);
    if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) to->tv_sec += (time_t)turned();
    return failed;
}

int gettimeofday(struct timeval *restrict to, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    to->tv_sec = now.tv_sec;
    to->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
