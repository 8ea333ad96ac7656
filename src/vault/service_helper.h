/* vault/service_helper.h - between service.c and the program masthead-secret-service.
 *
 * masthead-secret-service VERB UUID ID, where UUID is the workspace's and ID the entry's. It prints a
 * secret and ends with 0, or prints one line of why not and ends with one of the others. */
#ifndef MASTHEAD_VAULT_SERVICE_HELPER_H
#define MASTHEAD_VAULT_SERVICE_HELPER_H

#define SERVICE_PROGRAM "masthead-secret-service"

#define SERVICE_LOOKUP "lookup" /* prints the secret */
#define SERVICE_STORE "store"   /* reads it from standard input */
#define SERVICE_READY "ready"   /* is the default keyring open? Its owner may be asked */
#define SERVICE_FORGET "forget" /* none there: fine, too */

#define SERVICE_SECRET_BYTES_MAX 256

enum service_end {
	SERVICE_DONE = 0,
	SERVICE_ABSENT = 3,      /* no such entry */
	SERVICE_LOCKED = 4,      /* the keyring is locked and was not unlocked */
	SERVICE_UNREACHABLE = 5, /* no bus, no service */
	SERVICE_REFUSED = 6,
	SERVICE_USAGE = 7
};

#endif
