/*
 * A Modbus device made of libmodbus: the measure of the gateway's Modbus, because it shares no line with it.
 *
 *   server tcp UNIT [PORT]     listens on 127.0.0.1, on a free port unless one is given, and prints it
 *   server rtu UNIT DEVICE     answers on a serial device and prints "ready"
 *
 * Registers come on standard input, one "TABLE ADDRESS VALUE" a line until end of file; TABLE is coil, discrete, holding
 * or input. What was not named does not exist: a read that touches it is answered with exception 2. A request for
 * another unit is not answered. The line "limit 0 10" makes reads of more than 10 an exception 3. The line "wander 0 3"
 * moves every holding register by -3 to 3 after each answer, as measured values do, the same in every run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <modbus.h>

#define ADDRESSES 65536

static unsigned char exists[5][ADDRESSES]; /* by function code 1 to 4 */
static int limit = 2000, wander = 0;
static long end = 0; /* of the holding registers */

static int function_of(const char *table)
{
    if (!strcmp(table, "coil"))
        return MODBUS_FC_READ_COILS;
    if (!strcmp(table, "discrete"))
        return MODBUS_FC_READ_DISCRETE_INPUTS;
    if (!strcmp(table, "holding"))
        return MODBUS_FC_READ_HOLDING_REGISTERS;
    if (!strcmp(table, "input"))
        return MODBUS_FC_READ_INPUT_REGISTERS;
    return 0;
}

static void fill(modbus_mapping_t *map)
{
    char table[16];
    long address, value;
    while (scanf("%15s %ld %ld", table, &address, &value) == 3) {
        if (!strcmp(table, "limit")) {
            limit = (int)value;
            continue;
        }
        if (!strcmp(table, "wander")) {
            wander = (int)value;
            continue;
        }
        int function = function_of(table);
        if (!function || address < 0 || address >= ADDRESSES) {
            fprintf(stderr, "bad register: %s %ld\n", table, address);
            exit(2);
        }
        exists[function][address] = 1;
        switch (function) {
        case MODBUS_FC_READ_COILS:
            map->tab_bits[address] = value != 0;
            break;
        case MODBUS_FC_READ_DISCRETE_INPUTS:
            map->tab_input_bits[address] = value != 0;
            break;
        case MODBUS_FC_READ_HOLDING_REGISTERS:
            map->tab_registers[address] = (uint16_t)value;
            end = address < end ? end : address + 1;
            break;
        default:
            map->tab_input_registers[address] = (uint16_t)value;
        }
    }
}

static void answer(modbus_t *modbus, const uint8_t *query, int length, int unit, modbus_mapping_t *map)
{
    int header = modbus_get_header_length(modbus);
    int function = query[header];
    if (query[header - 1] != unit)
        return;
    if (function >= MODBUS_FC_READ_COILS && function <= MODBUS_FC_READ_INPUT_REGISTERS) {
        long first = query[header + 1] << 8 | query[header + 2];
        long count = query[header + 3] << 8 | query[header + 4];
        if (count > limit) {
            modbus_reply_exception(modbus, query, MODBUS_EXCEPTION_ILLEGAL_DATA_VALUE);
            return;
        }
        for (long address = first; address < first + count; address++)
            if (address >= ADDRESSES || !exists[function][address]) {
                modbus_reply_exception(modbus, query, MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS);
                return;
            }
    }
    modbus_reply(modbus, query, length, map);
}

static void move_on(modbus_mapping_t *map)
{
    static unsigned random = 1;
    for (long address = 0; wander && address < end; address++)
        if (exists[MODBUS_FC_READ_HOLDING_REGISTERS][address]) {
            random = random * 1103515245u + 12345u;
            map->tab_registers[address] += (int)((random >> 16) % (2 * wander + 1)) - wander;
        }
}

static void serve(modbus_t *modbus, int unit, modbus_mapping_t *map)
{
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        int length = modbus_receive(modbus, query);
        if (length > 0) {
            answer(modbus, query, length, unit, map);
            move_on(map);
        } else if (length < 0 && errno != EMBBADCRC && errno != EMBBADDATA && errno != ETIMEDOUT)
            return;
    }
}

static int free_port(int listener)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

int main(int argc, char **argv)
{
    if (argc < 3 || (strcmp(argv[1], "tcp") && argc < 4)) {
        fprintf(stderr, "usage: server tcp UNIT [PORT] | server rtu UNIT DEVICE\n");
        return 2;
    }
    int unit = atoi(argv[2]);
    modbus_mapping_t *map = modbus_mapping_new(ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES);
    if (!map)
        return 1;
    fill(map);
    setvbuf(stdout, NULL, _IOLBF, 0);

    if (!strcmp(argv[1], "tcp")) {
        /* libmodbus takes port 0 for 502, so the socket is made here. */
        int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        address.sin_port = htons(argc > 3 ? atoi(argv[3]) : 0);
        if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4))
            return 1;
        printf("%d\n", free_port(listener));
        modbus_t *modbus = modbus_new_tcp("127.0.0.1", 502);
        for (;;) {
            if (modbus_tcp_accept(modbus, &listener) < 0)
                return 1;
            serve(modbus, unit, map);
            modbus_close(modbus);
        }
    }
    modbus_t *modbus = modbus_new_rtu(argv[3], 115200, 'N', 8, 1);
    modbus_set_slave(modbus, unit);
    if (modbus_connect(modbus)) {
        fprintf(stderr, "%s\n", modbus_strerror(errno));
        return 1;
    }
    printf("ready\n");
    serve(modbus, unit, map);
    return 0;
}
