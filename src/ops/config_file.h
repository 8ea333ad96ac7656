/* ops/config_file.h - the text form of the configuration: `key = value' lines, read with libconfuse. */
#ifndef MASTHEAD_OPS_CONFIG_FILE_H
#define MASTHEAD_OPS_CONFIG_FILE_H

#include "base/error.h"

typedef enum err (*config_each)(void *self, const char *name, const char *value, const char *origin,
				struct err_info *info);
/* Calls each for every key of the file in its order; origin is "FILE:LINE". E_NOT_FOUND: no such file;
 * E_CONFIG: cannot be read or understood; or what each answers. Threads: main only. */
enum err config_file_read(const char *path, config_each each, void *self,
			  struct err_info *info) MUST_USE;

#endif
