/* libmodbus's own reception and replies for many connections in one poll loop, as its "many-up" example has it.
 * Tables as in the declaration beside this file. Prints the port that it listens on; ends when its standard
 * input does.
 */
#include <arpa/inet.h>
#include <modbus.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BITS = 4096, INPUT_BITS = 2048, REGISTERS = 456, INPUT_REGISTERS = 200, CONNECTIONS = 64 };
enum { INPUT, LISTENER, FIXED };

int main(void)
{
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    modbus_mapping_t *mapping = modbus_mapping_new(BITS, INPUT_BITS, REGISTERS, INPUT_REGISTERS);
    if (!context || !mapping) return 1;
    for (int i = 0; i < BITS; i++) mapping->tab_bits[i] = (uint8_t)(i % 2);
    for (int i = 0; i < INPUT_BITS; i++) mapping->tab_input_bits[i] = (uint8_t)(1 - i % 2);
    for (int i = 0; i < REGISTERS; i++) mapping->tab_registers[i] = (uint16_t)i;
    for (int i = 0; i < INPUT_REGISTERS; i++) mapping->tab_input_registers[i] = (uint16_t)(1000 + i);

    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int listener = modbus_tcp_listen(context, CONNECTIONS);
    if (listener < 0 || getsockname(listener, (struct sockaddr *)&address, &size)) return 1;
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    struct pollfd watched[FIXED + CONNECTIONS] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                                  {.fd = listener, .events = POLLIN}};
    int count = FIXED;
    while (poll(watched, (nfds_t)count, -1) > 0 && !watched[INPUT].revents) {
        for (int i = count - 1; i >= FIXED; i--) {
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
        if (watched[LISTENER].revents && count < FIXED + CONNECTIONS) {
            int accepted = modbus_tcp_accept(context, &listener);
            if (accepted >= 0) watched[count++] = (struct pollfd){.fd = accepted, .events = POLLIN};
        }
    }
    return 0;
}
