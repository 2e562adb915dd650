import Foundation
import LanguageModels

// A standard descriptor that is closed would be given to the next file that is opened, and what is said would
// be written into that file.  Into what stands in its place nothing can be written, which shows.
for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", O_RDONLY) }
// A reader that goes away shows as an error of `write`, not as the death of the process.
signal(SIGPIPE, SIG_IGN)
// So does a limit on the size of files.
signal(SIGXFSZ, SIG_IGN)
// A mapped file may be truncated, or its disk fail, while it is read.
SystemCall.endAtBusError(saying: "remedi: \(Messages.busError)\n", code: ExitCode.failed)
exit(Program.run(.ofProcess(), in: .ofProcess()))
