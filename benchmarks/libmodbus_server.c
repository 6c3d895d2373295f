/* A Modbus/TCP server of libmodbus for benchmarks/modbus_server.py: many connections in one poll loop.
 * 200 holding registers, register i holds i. Prints its port.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REGISTERS = 200, CONNECTIONS = 64 };

static int listen_on_a_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, CONNECTIONS) ||
        getsockname(fd, (struct sockaddr *)&address, &size)) {
        perror("libmodbus_server");
        exit(1);
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(void)
{
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *mapping = modbus_mapping_new(0, 0, REGISTERS, 0);
    if (!context || !mapping) return 1;
    for (int i = 0; i < REGISTERS; i++) mapping->tab_registers[i] = (uint16_t)i;

    struct pollfd watched[1 + CONNECTIONS] = {{.fd = listen_on_a_free_port(), .events = POLLIN}};
    int count = 1;
    for (;;) {
        if (poll(watched, (nfds_t)count, -1) < 0) return 1;
        for (int i = count - 1; i > 0; i--) {
            if (!watched[i].revents) continue;
            uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
            modbus_set_socket(context, watched[i].fd);
            int length = modbus_receive(context, query);
            if (length > 0) modbus_reply(context, query, length, mapping);
            else if (length < 0) {
                close(watched[i].fd);
                watched[i] = watched[--count];
            }
        }
        if (watched[0].revents && count <= CONNECTIONS) {
            int fd = modbus_tcp_accept(context, &watched[0].fd);
            if (fd >= 0) watched[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
        }
    }
}
