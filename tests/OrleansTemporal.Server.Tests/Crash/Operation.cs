namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>A put or a delete of one key.</summary>
/// <param name="TextLength">Characters of filling in the value that is put.</param>
internal readonly record struct Operation(string Key, bool IsDelete, int TextLength);
