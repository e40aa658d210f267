/** Matches anything but visible characters, blanks, tabs and the upper half of Latin-1 (RFC 9110, field-value). */
export const NOT_IN_A_HEADER = /[^\t\x20-\x7e\x80-\xff]/;
/** A header name or a method (RFC 9110, 5.6.2). */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
