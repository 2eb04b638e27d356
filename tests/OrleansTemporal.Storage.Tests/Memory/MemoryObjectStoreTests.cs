using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Tests.Ports;

namespace OrleansTemporal.Storage.Tests.Memory;

public sealed class MemoryObjectStoreTests
{
    public static TheoryData<string> Cases => ObjectStoreCases.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public Task objects_in_memory_are_objects(string name) => ObjectStoreCases.RunAsync(name, new MemoryObjectStore());
}
