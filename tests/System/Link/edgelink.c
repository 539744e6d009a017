// edgelink: a bad IP link in user space between two network namespaces, for kernels without netem.
//
// It makes both namespaces and a TUN interface in each, carries packets between them with delay, loss, a rate with a bounded queue and an
// up/down schedule, cuts one direction or both on request, counts every byte, and removes the namespaces when it ends. It ends with its
// standard input, so it never outlives whoever started it. README.md beside this file says how to use it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST_PACKET = 1600, READ_BURST = 64, LINE = 256 };
enum { A_TO_B, B_TO_A, WAYS };
static const uint64_t SECOND = 1000000000ull;

typedef struct packet {
    struct packet *next;
    uint64_t due;
    size_t length;
    unsigned char bytes[LARGEST_PACKET];
} packet;

// One direction. "offered" is what the sender's kernel gave us: the bytes on the wire, also those that are then lost. The rest says what
// became of them.
typedef struct {
    packet *first, *last;
    uint64_t line_free, waiting;
    uint64_t offered_packets, offered_bytes, delivered_packets, delivered_bytes;
    uint64_t lost, overflowed, cut_off;
    int cut;
} way;

typedef struct {
    char space[64];
    char address[64];
    int tun;
} end;

static struct {
    end ends[WAYS];
    double delay_ms, loss_percent, bits_per_second, up_seconds, down_seconds;
    uint64_t queue_bytes, seed;
    const char *congestion;
    int held;
} link_ = { .queue_bytes = 90000, .seed = 1 };

static way ways[WAYS];
static uint64_t started;
static volatile sig_atomic_t stopping;

static void stop(int signal)
{
    (void)signal;
    stopping = 1;
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

// xorshift64*: the same seed draws the same losses.
static double draw(void)
{
    static uint64_t state;
    if (state == 0)
        state = link_.seed * 0x9e3779b97f4a7c15ull + 0x2545f4914f6cdd1dull;
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)((state * 0x2545f4914f6cdd1dull) >> 11) / 9007199254740992.0;
}

static int run(const char *format, ...)
{
    char command[512];
    va_list values;
    va_start(values, format);
    vsnprintf(command, sizeof command, format, values);
    va_end(values);
    return system(command);
}

static void remove_spaces(void)
{
    for (int i = 0; i < WAYS; i++)
        if (link_.ends[i].space[0] != 0 && run("ip netns del %s 2>/dev/null", link_.ends[i].space) != 0)
            fprintf(stderr, "edgelink: the namespace %s could not be removed\n", link_.ends[i].space);
}

static void fail(const char *what)
{
    fprintf(stderr, "edgelink: %s: %s\n", what, strerror(errno));
    remove_spaces();
    exit(1);
}

// A namespace of this name with a TUN interface "edge0" that has the address; the interface is ours, the rest of this process stays outside.
static void open_end(end *e)
{
    char path[128];
    if (run("ip netns add %s", e->space) != 0) {
        fprintf(stderr, "edgelink: the namespace %s cannot be made (root is needed, and the name must be free)\n", e->space);
        e->space[0] = 0;
        remove_spaces();
        exit(1);
    }
    snprintf(path, sizeof path, "/run/netns/%s", e->space);
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = open(path, O_RDONLY | O_CLOEXEC);
    if (home < 0 || there < 0 || setns(there, CLONE_NEWNET) != 0)
        fail(path);
    struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    strcpy(request.ifr_name, "edge0");
    e->tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (e->tun < 0 || ioctl(e->tun, TUNSETIFF, &request) != 0)
        fail("/dev/net/tun");
    if (setns(home, CLONE_NEWNET) != 0)
        fail("the way back out of the namespace");
    close(there);
    close(home);
    if (run("ip -n %s link set lo up && ip -n %s link set edge0 addrgenmode none && ip -n %s addr add %s/24 dev edge0 && ip -n %s link set edge0 mtu 1500 multicast on up && "
            "ip -n %s route add 224.0.0.0/4 dev edge0",
            e->space, e->space, e->space, e->address, e->space, e->space) != 0)
        fail("the address of an end");
}

// TCP's congestion control decides more than anything else on such a link. A sysctl may be refused inside a namespace, a route is not.
static void choose_congestion(const end *e)
{
    char net[64];
    strcpy(net, e->address);
    strcpy(strrchr(net, '.'), ".0/24");
    if (run("ip -n %s route replace %s dev edge0 src %s congctl %s", e->space, net, e->address, link_.congestion) != 0)
        fail("the congestion control");
}

static int is_up(uint64_t now)
{
    if (link_.held)
        return 0;
    if (link_.up_seconds <= 0)
        return 1;
    double phase = fmod((double)(now - started) / (double)SECOND, link_.up_seconds + link_.down_seconds);
    return phase < link_.up_seconds;
}

static void offer(way *w, packet *p, int up, uint64_t now)
{
    w->offered_packets++;
    w->offered_bytes += p->length;
    if (!up || w->cut)
        w->cut_off++;
    else if (draw() * 100 < link_.loss_percent)
        w->lost++;
    else if (link_.bits_per_second > 0 && w->waiting + p->length > link_.queue_bytes)
        w->overflowed++;
    else {
        if (link_.bits_per_second > 0) {
            w->line_free = (w->line_free > now ? w->line_free : now) + (uint64_t)((double)p->length * 8e9 / link_.bits_per_second);
            p->due = w->line_free;
        } else
            p->due = now;
        p->due += (uint64_t)(link_.delay_ms * 1e6);
        p->next = NULL;
        w->waiting += p->length;
        *(w->first ? &w->last->next : &w->first) = p;
        w->last = p;
        return;
    }
    free(p);
}

static void take(way *w, int from, int up, uint64_t now)
{
    for (int i = 0; i < READ_BURST; i++) {
        packet *p = malloc(sizeof *p);
        if (p == NULL)
            fail("memory");
        ssize_t length = read(from, p->bytes, sizeof p->bytes);
        if (length <= 0) {
            free(p);
            return;
        }
        p->length = (size_t)length;
        offer(w, p, up, now);
    }
}

// What is on its way when the link goes down is gone, as on a radio.
static void deliver(way *w, int to, int up, uint64_t now)
{
    while (w->first != NULL && w->first->due <= now) {
        packet *p = w->first;
        w->first = p->next;
        w->waiting -= p->length;
        if (!up || w->cut)
            w->cut_off++;
        else if (write(to, p->bytes, p->length) == (ssize_t)p->length) {
            w->delivered_packets++;
            w->delivered_bytes += p->length;
        }
        free(p);
    }
}

static void count(uint64_t now)
{
    static const char *names[WAYS] = { "ab", "ba" };
    printf("{\"seconds\":%.3f,\"up\":%s", (double)(now - started) / (double)SECOND, is_up(now) ? "true" : "false");
    for (int i = 0; i < WAYS; i++) {
        const way *w = &ways[i];
        printf(",\"%s\":{\"offered_packets\":%lu,\"offered_bytes\":%lu,\"delivered_packets\":%lu,\"delivered_bytes\":%lu,"
               "\"lost\":%lu,\"overflowed\":%lu,\"cut_off\":%lu}",
               names[i], w->offered_packets, w->offered_bytes, w->delivered_packets, w->delivered_bytes, w->lost, w->overflowed,
               w->cut_off);
    }
    printf("}\n");
}

static void start(uint64_t now)
{
    link_.held = 0;
    started = now;
    for (int i = 0; i < WAYS; i++) {
        way *w = &ways[i];
        w->offered_packets = w->offered_bytes = w->delivered_packets = w->delivered_bytes = 0;
        w->lost = w->overflowed = w->cut_off = 0;
    }
}

static void obey(const char *line, uint64_t now)
{
    int both = strcmp(line, "cut both") == 0;
    if (strcmp(line, "count") == 0) {
        count(now);
        return;
    }
    if (strcmp(line, "start") == 0)
        start(now);
    else if (strcmp(line, "hold") == 0)
        link_.held = 1;
    else if (strcmp(line, "mend") == 0)
        ways[A_TO_B].cut = ways[B_TO_A].cut = 0;
    else if (both || strcmp(line, "cut ab") == 0 || strcmp(line, "cut ba") == 0) {
        ways[A_TO_B].cut |= both || line[4] == 'a';
        ways[B_TO_A].cut |= both || line[4] == 'b';
    } else {
        printf("{\"unknown\":true}\n");
        return;
    }
    printf("{\"done\":true}\n");
}

// Lines of standard input; its end is ours.
static void listen_to_owner(uint64_t now)
{
    static char text[LINE];
    static size_t filled;
    ssize_t got = read(STDIN_FILENO, text + filled, sizeof text - 1 - filled);
    if (got <= 0) {
        stopping = 1;
        return;
    }
    filled += (size_t)got;
    text[filled] = 0;
    for (char *newline; (newline = strchr(text, '\n')) != NULL;) {
        *newline = 0;
        obey(text, now);
        filled -= (size_t)(newline + 1 - text);
        memmove(text, newline + 1, filled + 1);
    }
    if (filled == sizeof text - 1)
        filled = 0;
}

static void usage(int code)
{
    fprintf(code ? stderr : stdout,
            "Usage: edgelink --a SPACE/ADDRESS --b SPACE/ADDRESS [options]\n\n"
            "  --delay MS        one way (default 0)\n"
            "  --loss PERCENT    each way, each packet by itself (default 0)\n"
            "  --rate BITS       a second, each way (default: no limit)\n"
            "  --queue BYTES     that may wait for the line; more are dropped (default 90000; only with --rate)\n"
            "  --up S --down S   seconds up, then down, again and again (default: always up)\n"
            "  --seed N          of the losses (default 1)\n"
            "  --congestion X    TCP congestion control at both ends, such as bbr or cubic (default: the machine's)\n"
            "  --held            the link is down until the line \"start\"\n\n"
            "Lines on standard input: start (the schedule begins, counters are zero), hold, cut ab, cut ba, cut both, mend, count.\n"
            "Each is answered by one line of JSON. The end of standard input is the end of the link.\n"
            "Example: edgelink --a left/10.9.0.1 --b right/10.9.0.2 --delay 100 --loss 5 --rate 1000000\n");
    exit(code);
}

static void read_end(end *e, const char *text)
{
    if (sscanf(text, "%63[a-zA-Z0-9_-]/%63[0-9.]", e->space, e->address) != 2)
        usage(2);
}

static void read_options(int count, char **values)
{
    static const struct option known[] = {
        { "a", 1, 0, 'a' },     { "b", 1, 0, 'b' },    { "delay", 1, 0, 'd' }, { "loss", 1, 0, 'l' },       { "rate", 1, 0, 'r' }, { "queue", 1, 0, 'q' },
        { "up", 1, 0, 'u' },    { "down", 1, 0, 'w' }, { "seed", 1, 0, 's' },  { "congestion", 1, 0, 'c' }, { "held", 0, 0, 'h' }, { "help", 0, 0, '?' },
        { NULL, 0, NULL, 0 },
    };
    for (int option; (option = getopt_long(count, values, "", known, NULL)) != -1;)
        switch (option) {
        case 'a': read_end(&link_.ends[A_TO_B], optarg); break;
        case 'b': read_end(&link_.ends[B_TO_A], optarg); break;
        case 'd': link_.delay_ms = atof(optarg); break;
        case 'l': link_.loss_percent = atof(optarg); break;
        case 'r': link_.bits_per_second = atof(optarg); break;
        case 'q': link_.queue_bytes = strtoull(optarg, NULL, 10); break;
        case 'u': link_.up_seconds = atof(optarg); break;
        case 'w': link_.down_seconds = atof(optarg); break;
        case 's': link_.seed = strtoull(optarg, NULL, 10); break;
        case 'c': link_.congestion = optarg; break;
        case 'h': link_.held = 1; break;
        default: usage(optopt == 0 && option == '?' ? 0 : 2);
        }
    if (link_.ends[A_TO_B].space[0] == 0 || link_.ends[B_TO_A].space[0] == 0)
        usage(2);
}

static void carry(void)
{
    uint64_t now = now_ns(), wake = now + SECOND;
    for (int i = 0; i < WAYS; i++)
        if (ways[i].first != NULL && ways[i].first->due < wake)
            wake = ways[i].first->due;
    uint64_t wait = wake > now ? wake - now : 0;
    struct timespec longest = { (time_t)(wait / SECOND), (long)(wait % SECOND) };
    struct pollfd looks[] = { { link_.ends[A_TO_B].tun, POLLIN, 0 }, { link_.ends[B_TO_A].tun, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };
    if (ppoll(looks, 3, &longest, NULL) < 0 && errno != EINTR)
        fail("poll");
    now = now_ns();
    int up = is_up(now);
    for (int i = 0; i < WAYS; i++) {
        if (looks[i].revents & POLLIN)
            take(&ways[i], link_.ends[i].tun, up, now);
        deliver(&ways[i], link_.ends[1 - i].tun, up, now);
    }
    if (looks[2].revents != 0)
        listen_to_owner(now);
}

int main(int count, char **values)
{
    read_options(count, values);
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    for (int i = 0; i < WAYS; i++) {
        end *e = &link_.ends[i];
        open_end(e);
        if (link_.congestion != NULL)
            choose_congestion(e);
    }
    started = now_ns();
    printf("{\"ready\":true}\n");
    while (!stopping)
        carry();
    remove_spaces();
    return 0;
}
