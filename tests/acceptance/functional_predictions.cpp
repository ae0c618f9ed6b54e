// SPDX-License-Identifier: Apache-2.0
// functional_predictions IMAGE TASK INPUT OUT: the predictions of the functional executor alone, without the platform,
// in the format of `berth simulate --predictions`.
#include <cstdio>
#include <exception>

int main() { return 0; }
