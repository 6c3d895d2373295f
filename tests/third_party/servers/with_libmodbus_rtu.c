/* libmodbus's own reception and replies on a serial port, as its "unit-test-server" example has it. Tables as in
 * the declaration beside this file. Is told the port's path, prints it once it is open, and ends when its standard
 * input does. A pseudo-terminal has no parity.
 */
#include <errno.h>
#include <modbus.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { BITS = 4096, INPUT_BITS = 2048, REGISTERS = 456, INPUT_REGISTERS = 200, BAUD = 19200, UNIT = 1 };
enum { INPUT, PORT, WATCHED };

int main(int count, char **words)
{
    if (count != 2) return 1;
    modbus_t *context = modbus_new_rtu(words[1], BAUD, 'N', 8, 2);
    modbus_mapping_t *mapping = modbus_mapping_new(BITS, INPUT_BITS, REGISTERS, INPUT_REGISTERS);
    if (!context || !mapping || modbus_set_slave(context, UNIT) || modbus_connect(context)) return 1;
    for (int i = 0; i < BITS; i++) mapping->tab_bits[i] = (uint8_t)(i % 2);
    for (int i = 0; i < INPUT_BITS; i++) mapping->tab_input_bits[i] = (uint8_t)(1 - i % 2);
    for (int i = 0; i < REGISTERS; i++) mapping->tab_registers[i] = (uint16_t)i;
    for (int i = 0; i < INPUT_REGISTERS; i++) mapping->tab_input_registers[i] = (uint16_t)(1000 + i);
    printf("%s\n", words[1]);
    fflush(stdout);

    struct pollfd watched[WATCHED] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                      {.fd = modbus_get_socket(context), .events = POLLIN}};
    while (poll(watched, WATCHED, -1) > 0 && !watched[INPUT].revents) {
        uint8_t query[MODBUS_RTU_MAX_ADU_LENGTH];
        int length = modbus_receive(context, query);
        if (length > 0) modbus_reply(context, query, length, mapping);
        else if (length < 0 && errno == EIO) return 1;
    }
    modbus_close(context);
    return 0;
}
