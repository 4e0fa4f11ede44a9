/* First, and without _GNU_SOURCE: see Sources/CEvent/shim.h. */
#include <features.h>
/* Debian's libxml2 is built with ICU and says so to whoever includes it; Foundation brings an ICU of its own, and a file
   that sees both does not compile ("'UErrorCode' has different definitions"). Only the inside of a converter that we never
   touch depends on it. */
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
#include <libxml/xmlerror.h>
