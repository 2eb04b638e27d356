using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Kv;

/// <summary>Walks the distinct keys of an agent's runs.</summary>
internal sealed class KvRunKeys(MergedRunCursor cursor)
{
    // No byte of UTF-8: what begins with it is no user's key but what a facet keeps beside them, behind all of them.
    internal const byte Reserved = 0xFF;

    /// <summary>The key that the cursor stands at; null behind the last.</summary>
    public string? Current { get; private set; }

    /// <summary>Goes to the first key at or, when exclusive, behind <paramref name="start"/>.</summary>
    public async ValueTask SeekAsync(byte[] start, bool exclusive, CancellationToken cancellationToken)
    {
        var found = await cursor.SeekAsync(start, RunBound.Latest, cancellationToken).ConfigureAwait(false);
        if (found && exclusive && cursor.Key.SequenceEqual(start))
        {
            found = await cursor.MoveToNextKeyAsync(cancellationToken).ConfigureAwait(false);
        }

        Current = found ? ReadKey() : null;
    }

    /// <summary>Leaves a key behind, if the cursor stands at it.</summary>
    /// <returns>Its newest entry at or before the moment, or null.</returns>
    public async ValueTask<RunEntry?> PassAsync(string key, HybridTimestamp time, CancellationToken cancellationToken)
    {
        if (!string.Equals(Current, key, StringComparison.Ordinal))
        {
            return null;
        }

        var passed = cursor.KeyMemory.ToArray();
        var found = true;
        while (found && cursor.Current.SystemTime > time && cursor.Key.SequenceEqual(passed))
        {
            found = await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
        }

        RunEntry? newest = null;
        if (found && cursor.Key.SequenceEqual(passed))
        {
            newest = cursor.Current;
            found = await cursor.MoveToNextKeyAsync(cancellationToken).ConfigureAwait(false);
        }

        Current = found ? ReadKey() : null;
        return newest;
    }

    private string? ReadKey() => cursor.Key[0] == Reserved ? null : Encoding.UTF8.GetString(cursor.Key);
}
