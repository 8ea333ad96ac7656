/* base/chars.c - Unicode's categories, folded into the few that we ask for. */
#include "base/chars.h"

#include <unicode/uchar.h>

#define PUNCT_MASK U_GC_P_MASK
#define ALNUM_MASK (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)

unsigned char_class(uint32_t cp)
{
	UChar32 c = (UChar32)cp;
	uint32_t category;
	unsigned bits = 0;

	if (cp > 0x10ffff)
		return 0;
	category = U_GET_GC_MASK(c);
	if (u_isUWhiteSpace(c) || cp == 0xfeff)
		bits |= CHAR_SPACE;
	if (category & PUNCT_MASK)
		bits |= CHAR_PUNCT;
	if ((category & (U_GC_PS_MASK | U_GC_PI_MASK)) || cp == '"' || cp == '\'')
		bits |= CHAR_OPEN;
	if (category & U_GC_ND_MASK)
		bits |= CHAR_DIGIT;
	if (category & ALNUM_MASK)
		bits |= CHAR_ALNUM;
	return bits;
}
