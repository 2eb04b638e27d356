using OrleansTemporal.Hosting;

return await ServerHost.RunAsync(args, SiloHost.Compose, AzureStorageKind.Kind);
