using System.Runtime.InteropServices;

namespace OrleansTemporal.Kv;

/// <summary>Names one version. Side by side, oldest first, so that a search by time touches few cache lines.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly record struct KvVersionName(ulong Time, int Row);
