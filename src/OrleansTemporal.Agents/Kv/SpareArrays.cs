namespace OrleansTemporal.Kv;

/// <summary>
/// Arrays that are made ahead, for who needs one under a gate. While the collector goes through the heap beside the process, who
/// makes a large array is put to sleep for milliseconds so that it keeps up; and the pages of a new one are the system's to
/// clear when they are first written to. Whoever is about to enter a gate does both before, by <see cref="Provide"/>.
/// </summary>
internal static class SpareArrays
{
    private static readonly Lock Kinds = new();
    private static Action[] providers = [];
    private static bool isWanted;

    /// <summary>Makes what was taken since the last call. Under no gate; one read when there is nothing to make.</summary>
    public static void Provide()
    {
        if (Volatile.Read(ref isWanted))
        {
            Volatile.Write(ref isWanted, false);
            foreach (var provide in Volatile.Read(ref providers))
            {
                provide();
            }
        }
    }

    internal static void Want() => Volatile.Write(ref isWanted, true);

    internal static void Register(Action provide)
    {
        lock (Kinds)
        {
            Volatile.Write(ref providers, [.. providers, provide]);
        }
    }
}
