/// The kinds of file in which directions and states are written.
package enum DumpFormat: String, Sendable, CaseIterable { case pth, safetensors }
