import CFuzzer
import Glibc

// libFuzzer reads its options from the command line and calls `fuzz` with one input after the other.
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
exit(unsafe LLVMFuzzerRunDriver(&count, &arguments) { unsafe fuzz($0, $1) })
