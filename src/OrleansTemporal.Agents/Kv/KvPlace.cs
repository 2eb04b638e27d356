namespace OrleansTemporal.Kv;

/// <summary>Where a key stands in memory; <c>default</c> for nowhere.</summary>
/// <param name="Generation">Number of the generation, from 1.</param>
/// <param name="Entry">Index of its entry there.</param>
internal readonly record struct KvPlace(int Generation, int Entry)
{
    public bool IsNone => Generation == 0;
}
