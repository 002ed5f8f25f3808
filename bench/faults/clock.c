#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Seconds by which the clock is wrong: a number of eight bytes in the file that SHIFTED_BY names. */
static volatile long *seconds;
static int (*asked)(clockid_t, struct timespec *);

__attribute__((constructor)) static void open_file(void) {
    asked = dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("SHIFTED_BY");
    int file = path ? open(path, O_RDONLY) : -1;
    if (file < 0) return;
    void *found = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (found != MAP_FAILED) seconds = found;
}

int clock_gettime(clockid_t which, struct timespec *found) {
    if (!asked) asked = dlsym(RTLD_NEXT, "clock_gettime");
    int error = asked(which, found);
    if (!error && seconds && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) found->tv_sec += *seconds;
    return error;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    found->tv_sec = now.tv_sec;
    found->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *found) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (found) *found = now.tv_sec;
    return now.tv_sec;
}
