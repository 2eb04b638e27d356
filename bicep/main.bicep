// Deploys a cluster of silos over one storage account: on AKS, or as Container Apps with one app for each silo. Nobody signs in
// with a key, and nothing is reachable from outside.
targetScope = 'resourceGroup'

@description('Azure region.')
param location string = resourceGroup().location

@description('Prefix of every resource name.')
@minLength(3)
@maxLength(12)
param name string = 'otemporal'

@description('Where silos run.')
@allowed([
  'aks'
  'containerApps'
])
param hosting string = 'aks'

@description('Silos: apps of Container Apps. On AKS infra/kubernetes/silos.yaml says how many.')
@minValue(1)
@maxValue(10)
param siloCount int = 2

@description('Image of OrleansTemporal.Silo, with its registry and tag. Only Container Apps need it here; empty to deploy everything but the silos.')
param image string = ''

@description('Nodes of AKS.')
@minValue(1)
param nodeCount int = 3

@description('Size of a node of AKS.')
param nodeSize string = 'Standard_D4s_v5'

@description('Whether streams go over Event Hubs; without, over queues of the storage account.')
param useEventHubs bool = true

var suffix = uniqueString(resourceGroup().id)
var compact = toLower(replace(name, '-', ''))
var containerName = 'orleanstemporal'

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    location: location
    name: '${name}-silo'
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    name: take('${compact}${suffix}', 24)
    containerName: containerName
    principalId: identity.outputs.principalId
  }
}

module eventHubs 'modules/eventhubs.bicep' = if (useEventHubs) {
  name: 'eventhubs'
  params: {
    location: location
    name: '${name}-${suffix}'
    hubName: containerName
    principalId: identity.outputs.principalId
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    location: location
    name: name
  }
}

module aks 'modules/aks.bicep' = if (hosting == 'aks') {
  name: 'aks'
  params: {
    location: location
    name: '${name}-aks'
    identityName: identity.outputs.name
    workspaceId: monitoring.outputs.workspaceId
    nodeCount: nodeCount
    nodeSize: nodeSize
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  params: {
    location: location
    name: take('${compact}${suffix}', 50)
    principalIds: [
      hosting == 'aks' ? aks!.outputs.kubeletPrincipalId : identity.outputs.principalId
    ]
  }
}

module apps 'modules/containerapps.bicep' = if (hosting == 'containerApps' && !empty(image)) {
  name: 'containerapps'
  params: {
    location: location
    name: name
    image: image
    registryServer: registry.outputs.loginServer
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    workspaceName: monitoring.outputs.workspaceName
    siloCount: siloCount
    settings: [
      {
        // Silos refuse to listen on anything but loopback unless they are told that the network in front of them is trusted.
        name: 'OrleansTemporal__AllowNonLoopback'
        value: 'true'
      }
      {
        name: 'OrleansTemporal__Storage__Azure__ServiceUri'
        value: storage.outputs.blobEndpoint
      }
      {
        name: 'OrleansTemporal__Storage__Azure__Container'
        value: storage.outputs.containerName
      }
      {
        name: 'OrleansTemporal__Cluster__Kind'
        value: 'azure'
      }
      {
        name: 'OrleansTemporal__Cluster__ClusterId'
        value: name
      }
      {
        name: 'OrleansTemporal__Cluster__Address'
        value: 'auto'
      }
      {
        name: 'OrleansTemporal__Cluster__Azure__ServiceUri'
        value: storage.outputs.tableEndpoint
      }
    ]
  }
}

// What infra/kubernetes/silos.yaml and azd read.
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer
output AZURE_AKS_CLUSTER_NAME string = hosting == 'aks' ? aks!.outputs.name : ''
output OT_CLUSTER_ID string = name
output OT_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output OT_BLOB_SERVICE_URI string = storage.outputs.blobEndpoint
output OT_TABLE_SERVICE_URI string = storage.outputs.tableEndpoint
output OT_QUEUE_SERVICE_URI string = storage.outputs.queueEndpoint
output OT_CONTAINER string = storage.outputs.containerName
output OT_EVENT_HUBS_NAMESPACE string = useEventHubs ? eventHubs!.outputs.fullyQualifiedNamespace : ''
output OT_EVENT_HUB string = useEventHubs ? eventHubs!.outputs.hubName : ''
output OT_EVENT_HUB_CONSUMER_GROUP string = useEventHubs ? eventHubs!.outputs.consumerGroup : ''
output OT_SILO_FQDNS string[] = hosting == 'containerApps' && !empty(image) ? apps!.outputs.fqdns : []
