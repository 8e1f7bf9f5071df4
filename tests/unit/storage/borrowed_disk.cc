// The simulated disk stands above storage in the layers, and a program of this folder links only
// what stands below. The tests want its hostility all the same: they borrow its sources.
#include "engine/sim/disk.cc"
#include "engine/sim/disk_crash.cc"
#include "engine/sim/disk_names.cc"
