/// How many words of a command line a value takes.
package enum ValueArity: Sendable { case none, one, oneOrMore }
