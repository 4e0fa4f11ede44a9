#include <stddef.h>
#include <stdint.h>

/* libFuzzer's driver (compiler-rt), for a program that brings its own main. It reads the options from the command line
   and calls back once per input; it returns when the time or the number of runs is over. */
int LLVMFuzzerRunDriver(int *argument_count, char ***arguments, int (*callback)(const uint8_t *data, size_t size));
