// The end of a process that reads mapped memory which is not there any more.
#ifndef CK_SIGNALS_H
#define CK_SIGNALS_H

#pragma clang assume_nonnull begin

// From now on SIGBUS writes `sentence` to the standard error and ends the process with `code`. The sentence
// must stay where it is.
void ck_end_at_bus_error(const char *sentence, int code);

#pragma clang assume_nonnull end

#endif
