// The one main() of every test program; Catch2's implementation is compiled here once.
#define CATCH_CONFIG_MAIN
#include "tests/catch.h"
