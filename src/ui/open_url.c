/* ui/open_url.c - xdg-open where there is a desktop; elsewhere the URL is shown and copied. */
#include "ui/open_url.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ui/console.h"
#include "ui/osc52.h"
#include "ui/spawn.h"

void open_url(struct console *c, const char *url)
{
	struct err_info info;

	/* It comes from outside: nothing but the web is opened, and no option is smuggled in. */
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) {
		say(c, MESSAGE_WARN, _("Not opened, for it is no web address: %s"), url);
		return;
	}
	if (getenv("SSH_CONNECTION") || (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY"))) {
		osc52_copy(url);
		say(c, MESSAGE_INFO, _("There is no browser here; copied: %s"), url);
		return;
	}
	if (spawn_background("xdg-open", url, &info) != OK)
		say_error(c, &info);
	else
		say(c, MESSAGE_INFO, _("Opening %s"), url);
}
