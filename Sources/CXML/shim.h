/* First, and without _GNU_SOURCE: see Sources/CEvent/shim.h. */
#include <features.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlerror.h>
