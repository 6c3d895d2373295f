/* The least that answers, for benchmarks/modbus_load.py: FC03 of ten registers, register i holds i.
 *
 * usage: modbus_responder
 * prints its port, then serves 127.0.0.1 until it is killed; one thread, one request a read.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REGISTERS = 10, REQUEST = 12, ANSWER = 9 + 2 * REGISTERS, READ = 64 * REQUEST };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

int main(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0), yes = 1;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || poll < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 1024) ||
        getsockname(listener, (struct sockaddr *)&at, &size))
        die("listen");
    struct epoll_event watch = {.events = EPOLLIN, .data.fd = listener};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, listener, &watch)) die("epoll_ctl");
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, -1);
        if (ready < 0) die("epoll_wait");
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            uint8_t in[READ], out[READ / REQUEST * ANSWER];
            if (fd == listener) {
                struct epoll_event event = {.events = EPOLLIN, .data.fd = accept(listener, NULL, NULL)};
                if (event.data.fd < 0) continue;
                setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                if (epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event)) die("epoll_ctl");
                continue;
            }
            ssize_t n = recv(fd, in, sizeof in, 0);
            if (n <= 0 || n % REQUEST) { /* gone, or a request in two parts, which loopback never makes of 12 bytes */
                close(fd);
                continue;
            }
            uint8_t *answer = out;
            for (uint8_t *request = in; request < in + n; request += REQUEST, answer += ANSWER) {
                const uint8_t head[] = {request[0], request[1], 0, 0, 0, ANSWER - 6, request[6], request[7], 2 * REGISTERS};
                memcpy(answer, head, sizeof head);
                memset(answer + sizeof head, 0, 2 * REGISTERS);
                for (int r = 0; r < REGISTERS; r++) answer[10 + 2 * r] = (uint8_t)r;
            }
            if (send(fd, out, (size_t)(answer - out), MSG_NOSIGNAL) < 0) close(fd);
        }
    }
}
