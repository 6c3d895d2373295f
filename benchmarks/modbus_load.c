/* Load for benchmarks/modbus_server.py and modbus_load.py: FC03 of ten registers over N connections, one
 * outstanding request each, every byte of every answer checked (register i must hold i).
 *
 * usage: modbus_load PORT CONNECTIONS SECONDS [RATE]
 * With a rate it is an open loop: requests have intended times, and latencies count from them.
 * prints: requests seconds cpu_seconds p50_us p99_us
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { REGISTERS = 10, REQUEST = 12, ANSWER = 9 + 2 * REGISTERS, SLOWEST_US = 1000000 };

struct connection {
    int fd;
    uint16_t transaction;
    int received;
    uint8_t answer[ANSWER];
    uint64_t sent_ns;
};

static uint32_t latencies[SLOWEST_US + 1]; /* one counter a microsecond */

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void ask(struct connection *c, uint64_t since_ns)
{
    uint8_t request[REQUEST] = {0, 0, 0, 0, 0, 6, 1, 3, 0, 0, 0, REGISTERS};
    c->transaction++;
    request[0] = (uint8_t)(c->transaction >> 8);
    request[1] = (uint8_t)c->transaction;
    c->received = 0;
    c->sent_ns = since_ns;
    if (send(c->fd, request, REQUEST, MSG_NOSIGNAL) != REQUEST) die("send");
}

static void check(const struct connection *c)
{
    uint8_t expected[ANSWER] = {(uint8_t)(c->transaction >> 8), (uint8_t)c->transaction, 0, 0, 0,
                                ANSWER - 6, 1, 3, 2 * REGISTERS};
    for (int i = 0; i < REGISTERS; i++) expected[10 + 2 * i] = (uint8_t)i;
    if (memcmp(c->answer, expected, ANSWER)) {
        fputs("modbus_load: wrong answer\n", stderr);
        exit(1);
    }
}

static int percentile(uint64_t requests, double share)
{
    uint64_t seen = 0;
    int us = 0;
    while (us < SLOWEST_US && (seen += latencies[us]) < (uint64_t)((double)requests * share)) us++;
    return us;
}

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 5) return 2;
    double rate = argc == 5 ? atof(argv[4]) : 0;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int count = atoi(argv[2]);
    int poll = epoll_create1(0);
    struct connection *connections = calloc((size_t)count, sizeof *connections);
    if (poll < 0 || !connections) die("start");
    for (int i = 0; i < count; i++) {
        struct connection *c = &connections[i];
        int yes = 1;
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&server, sizeof server)) die("connect");
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &event)) die("epoll_ctl");
    }
    struct connection **free = calloc((size_t)count, sizeof *free);
    int idle = 0, timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event tick = {.events = EPOLLIN, .data.ptr = NULL};
    if (!free || timer < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, timer, &tick)) die("start");
    uint64_t start = now_ns(), end = start + (uint64_t)(atof(argv[3]) * 1e9), now = start, requests = 0;
    uint64_t asked = 0, wanted = (uint64_t)(rate * atof(argv[3]));
    int outstanding = 0;
    for (int i = 0; i < count; i++) {
        if (rate > 0) free[idle++] = &connections[i];
        else ask(&connections[i], now_ns()), outstanding++;
    }
    while (outstanding > 0 || asked < wanted) {
        if (rate > 0) {
            uint64_t due = start;
            now = now_ns();
            while (idle > 0 && asked < wanted && (due = start + (uint64_t)((double)asked * 1e9 / rate)) <= now) {
                ask(free[--idle], due);
                outstanding++, asked++;
            }
            if (idle > 0 && asked < wanted) {
                struct itimerspec at = {.it_value = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)}};
                timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
            }
        }
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, 5000);
        if (ready <= 0) die("no answer for five seconds");
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            uint64_t expired;
            if (!c) {
                if (read(timer, &expired, sizeof expired) < 0) die("timer");
                continue;
            }
            ssize_t n = recv(c->fd, c->answer + c->received, (size_t)(ANSWER - c->received), 0);
            if (n <= 0) die("recv");
            c->received += (int)n;
            if (c->received < ANSWER) continue;
            check(c);
            now = now_ns();
            uint64_t us = (now - c->sent_ns) / 1000;
            latencies[us < SLOWEST_US ? us : SLOWEST_US]++;
            requests++;
            if (rate > 0) free[idle++] = c, outstanding--;
            else if (now < end) ask(c, now_ns());
            else outstanding--;
        }
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("%llu %.6f %.6f %d %d\n", (unsigned long long)requests, (double)(now - start) / 1e9, cpu,
           percentile(requests, 0.50), percentile(requests, 0.99));
    return 0;
}
