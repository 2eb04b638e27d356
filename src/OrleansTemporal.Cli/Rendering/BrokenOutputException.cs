namespace OrleansTemporal.Rendering;

/// <summary>Whoever read our output has gone away.</summary>
internal sealed class BrokenOutputException(IOException cause) : Exception("The output was closed.", cause);
