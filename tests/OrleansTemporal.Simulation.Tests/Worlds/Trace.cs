using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>
/// Everything that happened in a run, as one number: two runs of a seed that differ anywhere differ here. It also holds
/// the simulator's thread, and tells when product code has left it.
/// </summary>
internal sealed class Trace
{
    private const ulong Offset = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;
    private const int LinesKept = 40;

    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly Queue<string> last = new();

    public ulong Hash { get; private set; } = Offset;

    public long Count { get; private set; }

    public void Add(string what)
    {
        RequireThread(what);
        Count++;
        Mix(Encoding.UTF8.GetBytes(what));
        last.Enqueue(what);
        if (last.Count > LinesKept)
        {
            last.Dequeue();
        }
    }

    public void Add(string what, ReadOnlySpan<byte> bytes) => Add($"{what} {bytes.Length} bytes {Crc32C.Compute(bytes):x8}");

    public void RequireThread(string what) => ViolationException.ThrowUnless(
        Environment.CurrentManagedThreadId == thread, $"product code left the simulator's thread before: {what}");

    /// <summary>The last lines, for the message of a failure.</summary>
    public override string ToString() => string.Join('\n', last);

    private void Mix(ReadOnlySpan<byte> bytes)
    {
        var hash = Hash;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * Prime;
        }

        Hash = (hash ^ 10) * Prime;
    }
}
