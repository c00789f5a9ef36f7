#include "CSpecKernels.h"
int sk_placeholder(void){return 0;}
