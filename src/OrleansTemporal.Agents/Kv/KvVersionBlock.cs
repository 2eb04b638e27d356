namespace OrleansTemporal.Kv;

/// <summary>Room for the names of a key's versions.</summary>
/// <param name="Slab">Which array.</param>
/// <param name="Offset">Where in it.</param>
/// <param name="Capacity">For how many; 0 for nowhere.</param>
internal readonly record struct KvVersionBlock(int Slab, int Offset, int Capacity);
