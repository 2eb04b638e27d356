namespace OrleansTemporal.Storage.Formats;

/// <summary>A section's footer, verified.</summary>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Offset">Where they stand in the object.</param>
/// <param name="AgentDigest">The agent's digest as the section's header says it.</param>
internal readonly record struct SectionFooter(ReadOnlyMemory<byte> Bytes, long Offset, uint AgentDigest);
