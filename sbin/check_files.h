/* check_files: what is wrong with users.json and machines.json. */
#ifndef SSA_CHECK_FILES_H
#define SSA_CHECK_FILES_H

#include "ctl.h"
#include "report.h"

void check_files(struct report *r, const struct ctl *c);

#endif
