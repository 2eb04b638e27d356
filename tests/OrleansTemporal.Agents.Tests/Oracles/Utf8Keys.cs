using System.Text;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>Keys in the order of their UTF-8 bytes, the slow and obvious way.</summary>
internal sealed class Utf8Keys : IComparer<string>
{
    public static Utf8Keys Order { get; } = new();

    public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
}
