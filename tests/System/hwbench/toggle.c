/* toggle FILE COUNT LOW_MS HIGH_MS: drives a gpio-sim line down and up again COUNT times through its "pull" file, and prints when each loss
 * began: CLOCK_MONOTONIC in microseconds, taken just before the kernel is told. Printed at the end, so that a slow console disturbs nothing. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 10000

static long long fell[MOST];

static long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void rest(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    while (nanosleep(&t, &t) != 0)
        ;
}

static int pull(int file, const char *level)
{
    return pwrite(file, level, strlen(level), 0) == (ssize_t)strlen(level);
}

int main(int count, char **args)
{
    int file = count == 5 ? open(args[1], O_WRONLY | O_CLOEXEC) : -1;
    int times = count == 5 ? atoi(args[2]) : 0;
    if (file < 0 || times < 1 || times > MOST) {
        fputs("toggle FILE COUNT LOW_MS HIGH_MS, at most 10000 times\n", stderr);
        return 2;
    }
    for (int i = 0; i < times; i++) {
        fell[i] = now_us();
        if (!pull(file, "pull-down"))
            return 1;
        rest(atol(args[3]));
        if (!pull(file, "pull-up"))
            return 1;
        rest(atol(args[4]));
    }
    for (int i = 0; i < times; i++)
        printf("%lld\n", fell[i]);
    return 0;
}
